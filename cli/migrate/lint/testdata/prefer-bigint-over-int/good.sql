create table public.a (id bigint generated always as identity primary key, other integer);
alter table public.a enable row level security;
