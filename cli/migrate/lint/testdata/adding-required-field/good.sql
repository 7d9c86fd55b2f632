create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
alter table public.shelves add column name text not null;
alter table public.books add column isbn text not null default '', add column pages bigint not null default 0;
alter table public.books add column pages2 bigint;
