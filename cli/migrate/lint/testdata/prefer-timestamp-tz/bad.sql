create temp table t (at timestamp);
create table public.a (at timestamp(3) without time zone not null default now());
alter table public.a enable row level security;
