# syntax=docker/dockerfile:1
# The service's image: built with the pinned versions, run without root and without build tools.

FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/contacts
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY queries queries
COPY records records
COPY indexer indexer
COPY service service
RUN --mount=type=cache,target=/root/.cache/pip \
    /opt/contacts/bin/python -m pip install --disable-pip-version-check --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data contacts
COPY --from=build /opt/contacts /opt/contacts
ENV PATH=/opt/contacts/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CONTACTS_DATA=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["contacts", "serve", "--host", "0.0.0.0"]
