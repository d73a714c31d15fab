# The extractor and its worker, with the libraries whose models it knows.
ARG BUILD=nar/build
ARG RUNTIME=nar/runtime

FROM ${BUILD} AS build
# TORCH_INDEX: index of the CPU builds of torch; without it the CUDA build of the usual index is taken.
ARG TORCH_INDEX=""
RUN python -m pip install --no-cache-dir --constraint constraints.txt ${TORCH_INDEX:+--extra-index-url "${TORCH_INDEX}"} ".[extractor,zoo,s3,telemetry]" \
    && python -m pip uninstall --yes pip setuptools

FROM ${RUNTIME}
COPY --from=build /opt/nar /opt/nar
LABEL org.opencontainers.image.title="nar extractor"
ENV NAR_PORT=50051
EXPOSE 50051
HEALTHCHECK --start-period=60s CMD ["python", "-m", "services.runtime.health_check"]
CMD ["python", "-m", "services.extractor.server"]
