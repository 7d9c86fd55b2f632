alter table public.books rename constraint books_size to books_bytes;
alter index public.books_title rename to books_by_title;
