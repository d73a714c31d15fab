# The front door, its worker, and the command line for rebuilding an index: no torch.
ARG BUILD=nar/build
ARG RUNTIME=nar/runtime

FROM ${BUILD} AS build
RUN python -m pip install --no-cache-dir --constraint constraints.txt ".[search,s3,telemetry]" \
    && python -m pip uninstall --yes pip setuptools

FROM ${RUNTIME}
COPY --from=build /opt/nar /opt/nar
LABEL org.opencontainers.image.title="nar search"
ENV NAR_PORT=50050
EXPOSE 50050
HEALTHCHECK --start-period=60s CMD ["python", "-m", "services.runtime.health_check"]
CMD ["python", "-m", "services.search.server"]
