create table public.shelves (id bigint primary key, place text);
alter table public.shelves enable row level security;
alter table public.shelves add constraint shelves_place unique (place);
alter table public.books add constraint books_isbn unique using index books_isbn;
