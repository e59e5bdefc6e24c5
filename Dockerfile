# The worker, the API and the payment sandbox are one image: the command decides.
FROM python:3.11.14-slim-bookworm AS packages

WORKDIR /build
COPY requirements-runtime.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        -r requirements-runtime.lock


FROM python:3.11.14-slim-bookworm

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin refunds \
 && install --directory --owner refunds /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN /venv/bin/python -m compileall -q .

ARG REFUNDS_COMMIT
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    REFUNDS_COMMIT=$REFUNDS_COMMIT \
    REFUNDS_ENV=production \
    REFUNDS_API_HOST=0.0.0.0
USER refunds
EXPOSE 8000
CMD ["python", "-m", "api"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
