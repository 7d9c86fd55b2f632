-- readme-ops: no-transaction
vacuum full public.books;
vacuum (full, analyze) public.books;
cluster public.books using books_pkey;
