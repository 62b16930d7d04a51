# One image for web, workers, beat and migrate; docker-compose.yml says which process it runs.
FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/runtime.txt

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Accord" \
      org.opencontainers.image.description="Turns what everyone wants into a roadmap that everyone has confirmed." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ACCORD_DATA=/data \
    STATIC_ROOT=/app/staticfiles \
    STATIC_MANIFEST=1 \
    LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py LICENSE ./
COPY config config
COPY stakeholders stakeholders
COPY roadmap roadmap
COPY prioritization prioritization
COPY templates templates
COPY static static
# Keys for this one command; the image holds none.
RUN python -m compileall -q . \
    && BASE_URL=http://build SECRET_KEY=build-only-not-kept-aaaaaaaaaaaaaaaa LINK_KEY=build-only-not-kept-bbbbbbbbbbbbbbbb \
       python manage.py collectstatic --noinput --verbosity 0 --ignore rest_framework \
    && mkdir /data && chown 10001:10001 /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=10s --start-period=30s CMD ["python", "-m", "config.probe", "web"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
