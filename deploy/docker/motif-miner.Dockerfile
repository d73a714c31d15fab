# The motif miner and its worker: no torch.
ARG BUILD=nar/build
ARG RUNTIME=nar/runtime

FROM ${BUILD} AS build
RUN python -m pip install --no-cache-dir --constraint constraints.txt ".[miner,s3,telemetry]" \
    && python -m pip uninstall --yes pip setuptools

FROM ${RUNTIME}
COPY --from=build /opt/nar /opt/nar
LABEL org.opencontainers.image.title="nar motif-miner"
ENV NAR_PORT=50052
EXPOSE 50052
HEALTHCHECK --start-period=60s CMD ["python", "-m", "services.runtime.health_check"]
CMD ["python", "-m", "services.motif_miner.server"]
