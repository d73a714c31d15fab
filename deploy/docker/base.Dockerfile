# What all images have in common, in two targets: `build` has pip and the code, `runtime` is what an image is made on.
#   BASE     has Python 3.11 as python3, with its venv module
#   VERSION  of nar, for the label
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
# Only wheels of others are taken: there is no compiler, not even here.
ENV PIP_ONLY_BINARY=:all: PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m venv /opt/nar
ENV PATH=/opt/nar/bin:$PATH
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY nar nar
COPY services services

FROM ${BASE} AS runtime
ARG VERSION=0.1.0
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin nar
ENV PATH=/opt/nar/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 NAR_HOST=0.0.0.0
LABEL org.opencontainers.image.title="nar" \
      org.opencontainers.image.description="Neural architecture retrieval" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /opt/nar
USER 10001:10001
