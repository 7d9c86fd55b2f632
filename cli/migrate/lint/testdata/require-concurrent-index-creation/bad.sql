create table public.shelves (id bigint primary key);
alter table public.shelves enable row level security;
create index shelves_id on public.shelves (id);
drop index shelves_id;

-- größer: the column is counted in characters
	/* ü */ create unique index
  books_title on books
  using btree (title);
create index on public.events (at);
create index events_at on only public.parts (at);
