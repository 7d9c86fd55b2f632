alter table public.books add column isbn text not null, add column pages bigint not null default null;
alter table if exists only books add "größe" numeric(10, 2) NOT NULL;
