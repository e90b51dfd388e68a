-- Two years of invented orders: more each month, more towards the weekend, and the same every time.
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    item text NOT NULL
);

INSERT INTO orders (day, item)
SELECT day, (ARRAY['bread', 'cheese', 'honey', 'tea'])[1 + abs(hashtext(day::text || number)) % 4]
FROM generate_series(date '2023-01-01', date '2024-12-31', interval '1 day') AS day,
     generate_series(
         1,
         20
         + extract(day FROM day - date '2023-01-01')::int / 30
         + (ARRAY[0, 0, 1, 2, 6, 14, 9])[extract(isodow FROM day)::int]
         + abs(hashtext(day::text)) % 7
     ) AS number;
