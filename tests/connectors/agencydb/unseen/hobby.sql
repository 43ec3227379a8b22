-- sqlite
-- A small script's: camel case, times as seconds since 1970, prices in thousands that only the rows tell of, no keys named.
CREATE TABLE agents ( --> agent
  agentId INTEGER PRIMARY KEY, --> -
  agentName TEXT NOT NULL, --> name text
  agentEmail TEXT, --> email email
  agentPhone TEXT --> phone phone
);
CREATE TABLE persons ( --> contact
  personId INTEGER PRIMARY KEY, --> -
  fullName TEXT NOT NULL, --> full_name full_name
  email TEXT, --> email email
  phone TEXT, --> phone phone
  age INTEGER --> -
);
CREATE TABLE houses ( --> estate
  houseId INTEGER PRIMARY KEY, --> -
  houseType TEXT CHECK (houseType IN ('House', 'Flat', 'Row house', 'Cabin', 'Plot')), --> type choice
  isSold INTEGER NOT NULL DEFAULT 0, --> -
  streetAddress TEXT NOT NULL, --> address.street text
  zip TEXT, --> address.postcode postcode
  town TEXT, --> address.town text
  askPrice INTEGER, --> price.asking_kr tkr ?
  soldPrice INTEGER, --> price.final_kr tkr ?
  sqm REAL, --> areas.living_m2 number
  plotSqm REAL, --> areas.plot_m2 number
  rooms REAL, --> rooms rooms
  yearBuilt INTEGER, --> buildings[0].year_built year
  agentId INTEGER REFERENCES agents, --> agent_id ref
  sellerId INTEGER REFERENCES persons, --> relations.seller ref
  listedAt INTEGER, --> -
  createdAt INTEGER NOT NULL DEFAULT (strftime('%s', 'now')), --> -
  updatedAt INTEGER NOT NULL DEFAULT (strftime('%s', 'now')) --> -
);
CREATE TABLE houses_old AS SELECT * FROM houses; --> not
CREATE TABLE openHouses ( --> viewing
  id INTEGER PRIMARY KEY, --> -
  houseId INTEGER NOT NULL REFERENCES houses ON DELETE CASCADE, --> estate_id ref
  startsAt TEXT NOT NULL, --> starts_at moment ?
  endsAt TEXT --> ends_at moment ?
);
CREATE TABLE bids ( --> bid
  id INTEGER PRIMARY KEY, --> -
  houseId INTEGER NOT NULL REFERENCES houses ON DELETE CASCADE, --> estate_id ref
  personId INTEGER REFERENCES persons, --> contact_id ref
  amount INTEGER NOT NULL, --> amount_kr tkr ?
  bidTime TEXT NOT NULL, --> placed_at moment ?
  withdrawn INTEGER NOT NULL DEFAULT 0 --> cancelled choice
);
CREATE TABLE settings ( --> not
  key TEXT PRIMARY KEY,
  value TEXT
);
INSERT INTO agents VALUES (1, 'Ada Prov', 'ada@example.test', '070-1740605');
INSERT INTO persons VALUES (1, 'Anna Prov', 'anna@example.test', '070-1740606', 44);
INSERT INTO houses (houseType, streetAddress, askPrice, sqm, rooms, agentId, sellerId, listedAt) VALUES
  ('House', 'Provvägen 1', 4500, 112.5, 5, 1, 1, 1746000000), ('Flat', 'Provvägen 2', 2350, 61, 2.5, 1, 1, 1746000000), ('Cabin', 'Provvägen 3', 1195, 48, 3, 1, 1, 1746000000);
INSERT INTO openHouses (houseId, startsAt, endsAt) VALUES (1, '2026-05-03 13:00', '2026-05-03 13:45');
INSERT INTO bids (houseId, personId, amount, bidTime) VALUES (2, 1, 2400, '2026-05-06 09:12:00'), (2, 1, 2450, '2026-05-06 10:12:00'), (2, 1, 2475, '2026-05-06 11:12:00');
