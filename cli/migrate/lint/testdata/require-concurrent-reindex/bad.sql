-- readme-ops: no-transaction
reindex table public.books;
REINDEX (VERBOSE) INDEX public.books_title;
