CREATE TABLE "commerce"."product_details" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"description" text,
	"image_url" text,
	"metadata" jsonb,
	"words" "tsvector" NOT NULL,
	CONSTRAINT "product_details_description_length" CHECK (length("commerce"."product_details"."description") between 1 and 10000),
	CONSTRAINT "product_details_image_url_length" CHECK (length("commerce"."product_details"."image_url") between 1 and 2000),
	CONSTRAINT "product_details_metadata_size" CHECK (octet_length("commerce"."product_details"."metadata"::text) <= 8192)
);
--> statement-breakpoint
CREATE TABLE "commerce"."order_counts" (
	"status" text NOT NULL,
	"fulfillment_status" text NOT NULL,
	"orders" bigint NOT NULL,
	CONSTRAINT "order_counts_pkey" PRIMARY KEY("status","fulfillment_status")
);
--> statement-breakpoint
CREATE TABLE "commerce"."order_search" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"email" text,
	"total_amount" bigint NOT NULL,
	"words" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commerce"."paid_orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"paid_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "commerce"."report_progress" (
	"id" integer PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "report_progress_one_row" CHECK ("commerce"."report_progress"."id" = 1 and "commerce"."report_progress"."position" >= 0)
);
--> statement-breakpoint
CREATE TABLE "commerce"."sales_quarters" (
	"quarter" timestamp (3) with time zone NOT NULL,
	"currency" text NOT NULL,
	"orders" integer NOT NULL,
	"units" bigint NOT NULL,
	"gross_amount" bigint NOT NULL,
	"refund_amount" bigint NOT NULL,
	CONSTRAINT "sales_quarters_pkey" PRIMARY KEY("quarter","currency")
);
--> statement-breakpoint
DROP INDEX "commerce"."orders_status";--> statement-breakpoint
ALTER TABLE "commerce"."product_details" ADD CONSTRAINT "product_details_product" FOREIGN KEY ("product_id") REFERENCES "commerce"."products"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."order_search" ADD CONSTRAINT "order_search_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."paid_orders" ADD CONSTRAINT "paid_orders_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "product_details_words" ON "commerce"."product_details" USING gin ("words");--> statement-breakpoint
CREATE INDEX "order_search_email" ON "commerce"."order_search" USING btree ("email","order_id") WHERE "commerce"."order_search"."email" is not null;--> statement-breakpoint
CREATE INDEX "order_search_total" ON "commerce"."order_search" USING btree ("total_amount","order_id");--> statement-breakpoint
CREATE INDEX "order_search_words" ON "commerce"."order_search" USING gin ("words");--> statement-breakpoint
CREATE INDEX "paid_orders_paid_at" ON "commerce"."paid_orders" USING btree ("paid_at","order_id");--> statement-breakpoint
CREATE INDEX "products_name" ON "commerce"."products" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "products_price" ON "commerce"."products" USING btree ("price_amount","id");--> statement-breakpoint
CREATE INDEX "order_lines_product_id" ON "commerce"."order_lines" USING btree ("product_id","order_id") WHERE "commerce"."order_lines"."product_id" is not null;--> statement-breakpoint
CREATE INDEX "orders_statuses" ON "commerce"."orders" USING btree ("status","fulfillment_status","id");--> statement-breakpoint
CREATE INDEX "orders_updated" ON "commerce"."orders" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "payments_ended" ON "commerce"."payments" USING btree ("status","id") WHERE not ("commerce"."payments"."status" in ('CREATED', 'PENDING', 'REVIEW'));--> statement-breakpoint
CREATE INDEX "refunds_status" ON "commerce"."refunds" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "shipments_status" ON "commerce"."shipments" USING btree ("status","id");--> statement-breakpoint
CREATE INDEX "shipments_shipped" ON "commerce"."shipments" USING btree ("shipped_at","order_id") WHERE "commerce"."shipments"."shipped_at" is not null;
--> statement-breakpoint
-- Written by hand from here.
INSERT INTO "commerce"."report_progress" ("id", "position") VALUES (1, 0);--> statement-breakpoint
INSERT INTO "commerce"."product_details" ("product_id", "words")
SELECT p."id", array_to_tsvector(array(
	SELECT DISTINCT left(w, 100) FROM (
		SELECT regexp_split_to_table(lower(p."sku" || ' ' || p."name"), '\s+')
		UNION ALL SELECT regexp_split_to_table(lower(p."sku" || ' ' || p."name"), '[[:space:][:punct:]]+')
	) AS words (w) WHERE w <> ''
)) FROM "commerce"."products" p;
