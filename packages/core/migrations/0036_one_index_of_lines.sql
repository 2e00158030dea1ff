-- One unique index in place of two: a line's product is once in its order, and a product's orders are found by it.
CREATE UNIQUE INDEX "order_lines_once_per_product" ON "commerce"."order_lines" USING btree ("product_id","order_id") WHERE "commerce"."order_lines"."product_id" is not null;--> statement-breakpoint
DROP INDEX "commerce"."order_lines_one_per_product";--> statement-breakpoint
DROP INDEX "commerce"."order_lines_product_id";
