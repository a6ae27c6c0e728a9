#!/bin/sh
# Run once by the postgres image, in an empty cluster: the roles, the database, the login's password.
set -eu
psql="psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres"
$psql --dbname template1 --file /sql/roles.sql
$psql --dbname postgres --command "CREATE DATABASE digiforma OWNER dg_owner"
$psql --dbname postgres --set password="$DG_LOGIN_PASSWORD" <<'SQL'
ALTER ROLE dg_login PASSWORD :'password';
SQL
