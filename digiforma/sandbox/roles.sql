-- The database roles, and what each may do with the tables that dg_owner will create.
--
-- Run it as a superuser in the database that holds the tables, and in template1 when tests will
-- run there, since they create databases of their own. It may run twice. It sets no password.
--
--   dg_owner   owns the tables; migrations only
--   dg_app     pages, API and tasks; row-level security binds it to one organization
--   dg_ops     the admin and the nightly jobs, which see every organization
--   dg_backup  reads everything for pg_dump; it alone bypasses row-level security
--   dg_login   the application's login: it may take the first three roles and has no right itself

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['dg_owner', 'dg_app', 'dg_ops', 'dg_backup', 'dg_login'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
END $$;

ALTER ROLE dg_owner NOSUPERUSER NOLOGIN NOINHERIT NOBYPASSRLS NOCREATEROLE CREATEDB;
ALTER ROLE dg_app NOSUPERUSER NOLOGIN NOINHERIT NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE dg_ops NOSUPERUSER NOLOGIN NOINHERIT NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE dg_backup NOSUPERUSER LOGIN NOINHERIT BYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE dg_login NOSUPERUSER LOGIN NOINHERIT NOBYPASSRLS NOCREATEROLE NOCREATEDB;

-- From PostgreSQL 16 each grant says whether it is inherited; before, the role's NOINHERIT does.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'GRANT dg_owner, dg_app, dg_ops TO dg_login WITH INHERIT FALSE, SET TRUE';
    ELSE
        GRANT dg_owner, dg_app, dg_ops TO dg_login;
    END IF;
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO dg_owner, dg_app, dg_ops, dg_backup;
GRANT CREATE ON SCHEMA public TO dg_owner;

-- No TRUNCATE: it ignores row-level security and the triggers that freeze invoices.
ALTER DEFAULT PRIVILEGES FOR ROLE dg_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO dg_app, dg_ops;
ALTER DEFAULT PRIVILEGES FOR ROLE dg_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO dg_app, dg_ops;
ALTER DEFAULT PRIVILEGES FOR ROLE dg_owner IN SCHEMA public GRANT SELECT ON TABLES TO dg_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE dg_owner IN SCHEMA public GRANT SELECT ON SEQUENCES TO dg_backup;
