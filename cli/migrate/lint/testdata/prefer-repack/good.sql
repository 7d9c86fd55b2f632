-- readme-ops: no-transaction
vacuum (analyze) public.books;
