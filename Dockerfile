# One image for web, workers and timetable. Third-party files come from the registries by the two locks.

FROM node:22-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=credit_platform.settings.production \
    VAR_DIR=/app/var \
    MEDIA_ROOT=/data/media
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# Of the lock, what a served platform needs: neither the tests' tools nor the embedded servers.
RUN pip install --no-cache-dir uv \
    && uv pip install --system --no-cache --require-hashes --constraint requirements.lock --requirement pyproject.toml
COPY --from=front-end /app/node_modules node_modules
COPY . .
# Settings need a secret to load; the one made here is gone with this step.
RUN python -m credit_platform.common.translations \
    && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
       DATABASE_URL=postgresql://nowhere REDIS_URL=redis://nowhere ALLOWED_HOSTS=nowhere \
       PLATFORM_URL=https://nowhere SIGNING_KEY_FILE=/nowhere \
       python manage.py collectstatic --no-input --verbosity 0
RUN useradd --system --uid 10001 --no-create-home credit && install --directory --owner=credit /data/media /data/timetable
USER credit
VOLUME /data/media
EXPOSE 8000
CMD ["gunicorn", "credit_platform.wsgi", "--config=credit_platform/serving.py", "--bind=0.0.0.0:8000", "--workers=4", "--threads=4", "--preload", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket", "--forwarded-allow-ips=*"]
