-- An English schema of another make: number keys, split address, prices in thousands, lookup tables,
-- first and last name apart, a junction table, no time of the database's own. Made for brygga's tests.
CREATE TABLE staff (
  id integer PRIMARY KEY,
  first_name varchar(60) NOT NULL,
  last_name varchar(60) NOT NULL,
  email varchar(120) NOT NULL UNIQUE,
  password_hash varchar(200) NOT NULL,
  mobile_phone varchar(30)
);
CREATE TABLE property_types (id integer PRIMARY KEY, name varchar(40) NOT NULL);
INSERT INTO property_types VALUES (1, 'House'), (2, 'Apartment'), (3, 'Townhouse'), (4, 'Vacant lot'), (9, 'Other');
CREATE TABLE clients (
  client_id integer PRIMARY KEY,
  is_company boolean NOT NULL DEFAULT 0,
  first_name varchar(60),
  last_name varchar(60),
  company_name varchar(120),
  national_id varchar(12),
  email varchar(120),
  mobile_phone varchar(30),
  notes text,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE TABLE properties (
  property_id integer PRIMARY KEY,
  property_no varchar(20) UNIQUE,
  property_type_id integer NOT NULL REFERENCES property_types (id),
  status varchar(20) NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'under_offer', 'sold', 'withdrawn')),
  street_name varchar(80) NOT NULL,
  street_number varchar(10),
  zip_code varchar(5),
  city varchar(60),
  asking_price_thousands numeric(9,1),
  sale_price_thousands numeric(9,1),
  living_area_sqm numeric(7,1),
  lot_size_sqm integer,
  number_of_rooms numeric(3,1),
  year_built integer,
  monthly_fee numeric(9,2),
  description text,
  lat real,
  lng real,
  assigned_agent_id integer REFERENCES staff (id),
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE TABLE property_parties (
  property_id integer NOT NULL REFERENCES properties (property_id),
  client_id integer NOT NULL REFERENCES clients (client_id),
  role varchar(10) NOT NULL CHECK (role IN ('seller', 'buyer')),
  PRIMARY KEY (property_id, client_id, role)
);
CREATE TABLE showings (
  id integer PRIMARY KEY,
  property_id integer NOT NULL REFERENCES properties (property_id),
  starts_at timestamp NOT NULL,
  ends_at timestamp,
  is_online boolean NOT NULL DEFAULT 0
);
CREATE TABLE offers (
  id integer PRIMARY KEY,
  property_id integer NOT NULL REFERENCES properties (property_id),
  client_id integer REFERENCES clients (client_id),
  amount integer NOT NULL,
  offered_at timestamp NOT NULL,
  status varchar(12) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'declined', 'withdrawn'))
);
CREATE TABLE audit_log (id integer PRIMARY KEY, property_id integer, what text);
