create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
create index shelves_place on public.shelves (place);
drop index shelves_place;

-- größer: the column is counted in characters
	/* ü */ create unique index
  books_title on books
  using btree (title);
create index on public.events (at);
create index events_at on only public.parts (at);
