alter table public.books add column token uuid not null default gen_random_uuid();
alter table public.books add column seen timestamptz default clock_timestamp() not null, add column n bigint generated always as identity;
alter table public.books add column words tsvector generated always as (to_tsvector('english', title)) stored;
alter table public.books add column number bigserial;
alter table public.books add column x text default public.my_own('a');
