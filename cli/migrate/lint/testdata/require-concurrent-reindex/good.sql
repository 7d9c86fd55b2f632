-- readme-ops: no-transaction
reindex table concurrently public.books;
reindex (concurrently) index public.books_title;
