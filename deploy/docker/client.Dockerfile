# The command line: no torch, nothing that serves.
ARG BUILD=nar/build
ARG RUNTIME=nar/runtime

FROM ${BUILD} AS build
RUN python -m pip install --no-cache-dir --constraint constraints.txt . \
    && python -m pip uninstall --yes pip setuptools

FROM ${RUNTIME}
COPY --from=build /opt/nar /opt/nar
LABEL org.opencontainers.image.title="nar client"
HEALTHCHECK NONE
CMD ["nar", "--help"]
