create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
alter table public.shelves alter column place drop not null;
