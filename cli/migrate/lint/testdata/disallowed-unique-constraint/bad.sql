alter table public.books add constraint books_isbn unique (isbn);
alter table books add unique nulls not distinct (shelf, place);
alter table public.books add column slug text unique;
