-- What the roles of Supabase's Data API get at in public although nothing guards its rows. A role that does not exist
-- is not in pg_roles, so on a plain Postgres this finds nothing. What PUBLIC may do, they may do too: the functions
-- count that. A grant on single columns opens them as well.
select format('%I.%I', n.nspname, c.relname),
       case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
                      when 'm' then 'materialized view' else 'foreign table' end,
       array_agg(r.rolname::text order by r.rolname)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles r on r.rolname in ('anon', 'authenticated')
where n.nspname = 'public'
  and (c.relkind in ('r', 'p') and not c.relrowsecurity
       -- A view reads with its owner's rights, whom row level security does not bind, unless it is told otherwise.
       or c.relkind = 'v' and not coalesce((
            select o.option_value::boolean from pg_catalog.pg_options_to_table(c.reloptions) o
            where o.option_name = 'security_invoker'), false)
       or c.relkind in ('m', 'f'))
  and pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage')
  and (pg_catalog.has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate')
       or pg_catalog.has_any_column_privilege(r.oid, c.oid, 'select, insert, update'))
  and not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
group by n.nspname, c.relname, c.relkind
order by 1
