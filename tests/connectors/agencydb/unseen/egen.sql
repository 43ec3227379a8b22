-- mysql
-- A one-man agency's on MariaDB: Swedish abbreviations, dates apart from clocks, numbers in odd types, no foreign keys.
CREATE TABLE personal ( --> agent
  id int AUTO_INCREMENT PRIMARY KEY, --> -
  namn varchar(80) NOT NULL, --> name text
  mejl varchar(80), --> email email
  mobnr varchar(20), --> mobile phone
  losen varchar(80) --> -
);
CREATE TABLE kundreg ( --> contact
  kundnr int AUTO_INCREMENT PRIMARY KEY, --> -
  fnamn varchar(40), --> first_name text
  enamn varchar(40), --> last_name text
  pnr char(13), --> personnummer personnummer ?
  adr varchar(80), --> address.street text
  ponr char(6), --> address.postcode postcode
  port varchar(40), --> address.town text
  mejl varchar(80), --> email email
  mobnr varchar(20), --> mobile phone
  nyhetsbrev tinyint(1) NOT NULL DEFAULT 0, --> wants_advertising flag
  andrad datetime NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() --> -
);
CREATE TABLE objektreg ( --> estate
  objnr int AUTO_INCREMENT PRIMARY KEY, --> -
  objtyp enum('V','R','L','F','T') NOT NULL, --> type choice ?
  objstatus varchar(12) NOT NULL DEFAULT 'intag', --> status choice ?
  fastbet varchar(60), --> taxation.designations text
  adr varchar(80) NOT NULL, --> address.street text
  ponr char(6), --> address.postcode postcode
  port varchar(40), --> address.town text
  utgpris decimal(10,0), --> price.asking_kr kr
  slutpris decimal(10,0), --> price.final_kr kr
  boa decimal(6,1), --> areas.living_m2 number
  bia decimal(6,1), --> areas.other_m2 number
  tomt decimal(8,0), --> areas.plot_m2 number
  rok decimal(3,1), --> rooms rooms
  byggar smallint, --> buildings[0].year_built year
  avg_man int, --> fee.amount_kr kr
  saljare int, --> relations.seller ref ?
  kopare int, --> relations.buyer ref ?
  maklare int, --> agent_id ref ?
  andrad datetime NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp() --> -
);
CREATE TABLE visning ( --> viewing
  id int AUTO_INCREMENT PRIMARY KEY, --> -
  objnr int NOT NULL, --> estate_id ref ?
  vdatum date NOT NULL, --> starts_at day
  vstart time NOT NULL, --> starts_at clock
  vslut time --> ends_at clock
);
CREATE TABLE bud ( --> bid
  id int AUTO_INCREMENT PRIMARY KEY, --> -
  objnr int NOT NULL, --> estate_id ref ?
  kundnr int NOT NULL, --> contact_id ref ?
  belopp int NOT NULL, --> amount_kr kr
  inkom datetime NOT NULL --> placed_at moment
);
