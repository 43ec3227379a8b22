-- postgresql
-- not made: agent office
-- A chain with several offices in one database: keys of two columns, must-have columns that no model has, two tables
-- for homes and two for people, swapped names of coordinates, and rows that show what the names do not.
CREATE TABLE offices ( --> office
  office_code char(4) PRIMARY KEY, --> -
  office_name varchar(80) NOT NULL, --> name text
  telephone varchar(20) --> phone phone
);
INSERT INTO offices VALUES ('STHM', 'Prov Stockholm', '08-1234'), ('UPPS', 'Prov Uppsala', '018-1234');
CREATE TABLE employees ( --> agent
  employee_no integer PRIMARY KEY, --> -
  full_name varchar(100) NOT NULL, --> name text
  job_title varchar(60), --> title text
  work_email varchar(100) NOT NULL, --> email email
  cell varchar(20), --> mobile phone
  office_code char(4) NOT NULL DEFAULT 'STHM' REFERENCES offices --> office_ids ref
);
CREATE TABLE clients ( --> contact
  client_no serial PRIMARY KEY, --> -
  given_name varchar(60), --> first_name text
  surname varchar(60), --> last_name text
  date_of_birth date, --> born_at date
  personal_identity_number varchar(13), --> personnummer personnummer
  mail varchar(100), --> email email
  cell_phone varchar(20), --> mobile phone
  gdpr_basis varchar(20) NOT NULL DEFAULT 'contract', --> -
  last_modified timestamptz NOT NULL DEFAULT now() --> now
);
CREATE TABLE leads ( --> not
  lead_no serial PRIMARY KEY,
  name varchar(100),
  email varchar(100),
  phone varchar(20),
  source varchar(20)
);
CREATE TABLE homes ( --> estate
  office_code char(4) NOT NULL REFERENCES offices, --> office_id ref
  home_no varchar(20) NOT NULL, --> reference text
  kind varchar(20) NOT NULL, --> type choice ?
  sales_stage varchar(20) NOT NULL, --> status choice ?
  commission_pct numeric(4,2) NOT NULL DEFAULT 3.5, --> -
  contract_ref varchar(30) NOT NULL DEFAULT '', --> -
  addr varchar(100) NOT NULL, --> address.street text
  post_code varchar(6), --> address.postcode postcode
  post_town varchar(60), --> address.town text
  x double precision, --> -
  y double precision, --> -
  latitude double precision, --> address.position.longitude position ?
  longitude double precision, --> address.position.latitude position ?
  list_price numeric(10,0), --> price.asking_kr tkr ?
  sold_price numeric(10,0), --> price.final_kr tkr ?
  est_price_low numeric(10,0), --> -
  est_price_high numeric(10,0), --> -
  size_sqm numeric(6,1), --> areas.living_m2 number
  land_sqm numeric(8,0), --> areas.plot_m2 number
  rooms numeric(3,1), --> rooms rooms
  beds smallint, --> buildings[0].bedrooms integer
  built smallint, --> buildings[0].year_built year
  listing_agent integer REFERENCES employees, --> agent_id ref
  selling_agent integer REFERENCES employees, --> -
  vendor_no integer REFERENCES clients, --> relations.seller ref
  purchaser_no integer REFERENCES clients, --> relations.buyer ref
  last_modified timestamptz NOT NULL DEFAULT now(), --> now
  PRIMARY KEY (office_code, home_no)
);
INSERT INTO clients (given_name, surname) VALUES ('Anna', 'Prov');
INSERT INTO homes (office_code, home_no, kind, sales_stage, addr, latitude, longitude, list_price, sold_price) VALUES
  ('STHM', 'H1', 'Flat', 'On market', 'Provgatan 1', 18.06, 59.33, 4500, NULL),
  ('STHM', 'H2', 'Flat', 'Sold', 'Provgatan 2', 18.07, 59.34, 2300, 2450),
  ('UPPS', 'H3', 'House', 'Sold', 'Provgatan 3', 17.64, 59.86, 6950, 7100),
  ('UPPS', 'H4', 'House', 'Sold', 'Provgatan 4', 17.65, 59.85, 3950, 4100);
CREATE TABLE rental_homes ( --> not
  rental_no serial PRIMARY KEY,
  addr varchar(100) NOT NULL,
  monthly_rent integer,
  size_sqm numeric(6,1),
  rooms numeric(3,1),
  landlord_no integer REFERENCES clients
);
CREATE TABLE home_events ( --> not
  event_no serial PRIMARY KEY,
  office_code char(4) NOT NULL,
  home_no varchar(20) NOT NULL,
  starts timestamp NOT NULL,
  ends timestamp,
  FOREIGN KEY (office_code, home_no) REFERENCES homes
);
CREATE TABLE bids ( --> not
  bid_no serial PRIMARY KEY,
  office_code char(4) NOT NULL,
  home_no varchar(20) NOT NULL,
  client_no integer NOT NULL REFERENCES clients,
  bid_amount numeric(12,0) NOT NULL,
  bid_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (office_code, home_no) REFERENCES homes
);
