-- readme-ops: no-transaction
drop index concurrently if exists public.books_title;
create index concurrently books_title on public.books (title);
create unique index concurrently if not exists books_isbn on public.books (isbn);
