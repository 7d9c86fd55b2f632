alter table public.books add constraint books_shelf foreign key (shelf_id) references public.shelves (id) on delete cascade;
alter table public.books add foreign key (author_id) references public.authors;
alter table public.books add column place_id bigint default 1 references public.places (id);
