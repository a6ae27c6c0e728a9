FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/base.txt
COPY . .
# Collecting files needs no secret and no database.
RUN DIGIFORMA_ENV=development python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir -p var && chown nobody var
USER nobody
EXPOSE 8000
CMD ["gunicorn", "digiforma.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4"]
