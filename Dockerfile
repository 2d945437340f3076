# One image for the web, the worker and the commands: which of them it is, says the command. It holds no setting and no secret.
FROM python:3.13-slim AS build
WORKDIR /source
RUN python -m venv /opt/pracownia
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY portal portal
RUN /opt/pracownia/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin pracownia \
    && install -d -o pracownia -m 0700 /var/lib/pracownia
COPY --from=build /opt/pracownia /opt/pracownia
ENV PATH=/opt/pracownia/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PRACOWNIA_BIND=0.0.0.0:8000 \
    PRACOWNIA_VAR=/var/lib/pracownia
WORKDIR /var/lib/pracownia
USER pracownia
EXPOSE 8000
# Only the web listens; compose.yaml switches this off for the others.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
CMD ["pracownia", "serve"]
