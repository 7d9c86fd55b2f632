alter table public.books add primary key (id);
alter table public.books add column id bigint primary key;
