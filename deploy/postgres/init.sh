#!/bin/sh
# Runs once, on an empty database: a role and a schema of its own for every service.
set -eu
for service in crawler profile toxicity outreach gateway; do
    psql -v ON_ERROR_STOP=1 -v service="$service" \
        -v password="$(cat "${SECRETS:-/run/secrets}/${service}_database_password")" \
        --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-anchorwatch}" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE SCHEMA :"service" AUTHORIZATION :"service";
ALTER ROLE :"service" SET search_path = :"service";
SQL
done
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-anchorwatch}" \
    -c 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
