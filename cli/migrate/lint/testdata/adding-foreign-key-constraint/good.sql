alter table public.books add constraint books_shelf foreign key (shelf_id) references public.shelves (id) not valid;
alter table public.books add column author_id bigint references public.authors (id);
