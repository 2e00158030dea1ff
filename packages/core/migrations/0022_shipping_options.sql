CREATE TABLE "commerce"."shipping_options" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"price_amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"free_from_amount" bigint,
	"countries" text[],
	"product_max" integer,
	"archived_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "shipping_options_name_length" CHECK (length("commerce"."shipping_options"."name") between 1 and 300),
	CONSTRAINT "shipping_options_price_amount_range" CHECK ("commerce"."shipping_options"."price_amount" between 0 and 1000000000000),
	CONSTRAINT "shipping_options_free_from_amount_range" CHECK ("commerce"."shipping_options"."free_from_amount" between 0 and 9007199254740991),
	CONSTRAINT "shipping_options_currency_code" CHECK ("commerce"."shipping_options"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "shipping_options_product_max_positive" CHECK ("commerce"."shipping_options"."product_max" > 0),
	CONSTRAINT "shipping_options_some_country" CHECK (cardinality("commerce"."shipping_options"."countries") between 1 and 300)
);
--> statement-breakpoint
-- Written by hand: a foreign key that is added with its column needs no scan of all orders.
ALTER TABLE "commerce"."orders" ADD COLUMN "shipping_option_id" uuid CONSTRAINT "orders_shipping_option" REFERENCES "commerce"."shipping_options"("id");--> statement-breakpoint
CREATE INDEX "shipping_options_offered" ON "commerce"."shipping_options" USING btree ("currency","id") WHERE "commerce"."shipping_options"."archived_at" is null;