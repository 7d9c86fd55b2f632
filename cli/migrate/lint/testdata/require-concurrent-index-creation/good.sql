-- readme-ops: no-transaction
create index concurrently if not exists books_title on public.books (title);
