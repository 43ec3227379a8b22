-- mysql
-- A PHP framework's on MariaDB: unsigned number keys, enums, tinyint flags, decimals, soft deletes, a pivot table.
CREATE TABLE migrations ( --> not
  id int unsigned AUTO_INCREMENT PRIMARY KEY,
  migration varchar(255) NOT NULL,
  batch int NOT NULL
);
CREATE TABLE users ( --> agent
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, --> -
  name varchar(255) NOT NULL, --> name text
  email varchar(255) NOT NULL UNIQUE, --> email email
  email_verified_at timestamp NULL, --> -
  password varchar(255) NOT NULL, --> filled
  remember_token varchar(100), --> -
  role enum('admin','broker','assistant') NOT NULL DEFAULT 'broker', --> category choice
  created_at timestamp NULL, --> -
  updated_at timestamp NULL --> now
);
CREATE TABLE customers ( --> contact
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, --> -
  type enum('person','company','estate') NOT NULL DEFAULT 'person', --> kind choice
  firstname varchar(100), --> first_name text
  lastname varchar(100), --> last_name text
  company varchar(150), --> company_name text
  identity_number varchar(13), --> personnummer personnummer
  organisation_no varchar(11), --> orgnr orgnr
  email varchar(191), --> email email
  phone varchar(30), --> phone phone
  subscribed tinyint(1) NOT NULL DEFAULT 0, --> wants_advertising flag
  deleted_at timestamp NULL, --> -
  created_at timestamp NULL, --> created_at moment
  updated_at timestamp NULL --> now
);
CREATE TABLE estates ( --> estate
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, --> -
  object_number varchar(30) UNIQUE, --> reference text
  type enum('villa','lagenhet','radhus','fritidshus','tomt','gard') NOT NULL, --> type choice
  status enum('utkast','kommande','till_salu','under_budgivning','sald','arkiverad') NOT NULL DEFAULT 'utkast', --> status choice ?
  address varchar(255) NOT NULL, --> address.street text
  postal_code varchar(6), --> address.postcode postcode
  postal_town varchar(100), --> address.town text
  price int unsigned, --> price.asking_kr kr
  final_price int unsigned, --> price.final_kr kr
  living_area decimal(6,1), --> areas.living_m2 number
  extra_area decimal(6,1), --> areas.other_m2 number
  plot_area int unsigned, --> areas.plot_m2 whole
  rooms decimal(3,1), --> rooms rooms
  year_built year, --> buildings[0].year_built year
  association_fee int unsigned, --> fee.amount_kr kr
  user_id bigint unsigned, --> agent_id ref
  meta longtext, --> -
  deleted_at timestamp NULL, --> -
  created_at timestamp NULL, --> created_at moment
  updated_at timestamp NULL, --> now
  FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE TABLE customer_estate ( --> relation
  customer_id bigint unsigned NOT NULL, --> contact_id ref
  estate_id bigint unsigned NOT NULL, --> estate_id ref
  role enum('seller','buyer','interested') NOT NULL, --> role choice
  PRIMARY KEY (customer_id, estate_id, role),
  FOREIGN KEY (customer_id) REFERENCES customers (id),
  FOREIGN KEY (estate_id) REFERENCES estates (id)
);
CREATE TABLE viewings ( --> viewing
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, --> -
  estate_id bigint unsigned NOT NULL, --> estate_id ref
  date date NOT NULL, --> starts_at day
  start_time time NOT NULL, --> starts_at clock
  end_time time, --> ends_at clock
  online tinyint(1) NOT NULL DEFAULT 0, --> digital choice
  FOREIGN KEY (estate_id) REFERENCES estates (id)
);
CREATE TABLE bids ( --> bid
  id bigint unsigned AUTO_INCREMENT PRIMARY KEY, --> -
  estate_id bigint unsigned NOT NULL, --> estate_id ref
  customer_id bigint unsigned NOT NULL, --> contact_id ref
  amount int unsigned NOT NULL, --> amount_kr kr
  bid_at datetime NOT NULL, --> placed_at moment
  is_withdrawn tinyint(1) NOT NULL DEFAULT 0, --> cancelled choice
  ip_address varchar(45), --> -
  FOREIGN KEY (estate_id) REFERENCES estates (id),
  FOREIGN KEY (customer_id) REFERENCES customers (id)
);
