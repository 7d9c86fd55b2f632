create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
alter table public.shelves add constraint shelves_place check (place <> '');
alter table public.books add constraint books_size check (size >= 0) not valid;
alter table public.books validate constraint books_pages;
