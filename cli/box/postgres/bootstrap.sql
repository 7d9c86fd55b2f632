-- What a new Supabase project has and a plain Postgres has not, as far as this product meets it. Run by the superuser
-- at every start of the box's own Postgres, so each statement must do nothing the second time. Only the box sees this.

do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      -- Who runs migrations and services: it owns its database, and is no superuser, so row level security binds it
      -- wherever it would bind it in production.
      ('readme',        'login createdb createrole'),
      -- The roles of Supabase's Data API, which policies and grants in migrations name.
      ('anon',          'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role',  'nologin noinherit bypassrls')
    ) as r(name, attributes)
  loop
    if not exists (select from pg_roles where rolname = wanted.name) then
      execute format('create role %I nosuperuser %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end
$$;

-- A migration may `set role anon` to try its own policies.
grant anon, authenticated, service_role to readme;
