# The embedder, plain and on Ray Serve, and its worker. Targets: `cpu` and `cuda`.
ARG BUILD=nar/build
ARG RUNTIME=nar/runtime

FROM ${BUILD} AS build
# TORCH_INDEX: index of the CPU builds of torch, for the target `cpu`; without it the CUDA build of the usual index is taken.
ARG TORCH_INDEX=""
RUN python -m pip install --no-cache-dir --constraint constraints.txt ${TORCH_INDEX:+--extra-index-url "${TORCH_INDEX}"} ".[embedder,ray,s3,telemetry]" \
    && python -m pip uninstall --yes pip setuptools

FROM ${RUNTIME} AS cpu
COPY --from=build /opt/nar /opt/nar
COPY data/weights/nar /opt/nar/lib/python3.11/site-packages/data/weights/nar
LABEL org.opencontainers.image.title="nar embedder"
ENV NAR_PORT=50053 RAY_USAGE_STATS_ENABLED=0
EXPOSE 50053
HEALTHCHECK --start-period=120s CMD ["python", "-m", "services.runtime.health_check"]
CMD ["python", "-m", "services.embedder.server"]

FROM cpu AS cuda
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
