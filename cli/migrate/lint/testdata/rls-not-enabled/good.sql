create table public.books (id uuid primary key);
alter table public.books enable row level security;
create table private.books (id uuid primary key);
create temporary table scratch (id uuid);
create table public.lists (id uuid primary key);
revoke all on table public.lists from anon, authenticated;
create table public.gone (id uuid);
drop table public.gone;
