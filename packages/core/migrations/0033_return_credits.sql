CREATE TABLE "commerce"."return_credit_parts" (
	"order_id" uuid NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"passed_on_amount" bigint NOT NULL,
	"returned_amount" bigint NOT NULL,
	"settled_amount" bigint NOT NULL,
	CONSTRAINT "return_credit_parts_pkey" PRIMARY KEY("order_id","payment_id"),
	CONSTRAINT "return_credit_parts_within_amount" CHECK ("commerce"."return_credit_parts"."amount" > 0 and "commerce"."return_credit_parts"."passed_on_amount" >= 0 and "commerce"."return_credit_parts"."passed_on_amount" + "commerce"."return_credit_parts"."returned_amount" <= "commerce"."return_credit_parts"."amount" and "commerce"."return_credit_parts"."settled_amount" between 0 and "commerce"."return_credit_parts"."returned_amount")
);
--> statement-breakpoint
CREATE TABLE "commerce"."return_credits" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"return_id" uuid NOT NULL,
	"return_order_id" uuid NOT NULL,
	"status" text NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"lines" jsonb NOT NULL,
	"fees" jsonb,
	"due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "return_credits_status_known" CHECK ("commerce"."return_credits"."status" in ('RESERVED', 'SPENT', 'RELEASED')),
	CONSTRAINT "return_credits_amount_positive" CHECK ("commerce"."return_credits"."amount" > 0),
	CONSTRAINT "return_credits_pays_another_order" CHECK ("commerce"."return_credits"."order_id" <> "commerce"."return_credits"."return_order_id")
);
--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" DROP CONSTRAINT "order_lines_kind_known";--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" DROP CONSTRAINT "order_lines_amount_sign";--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" DROP CONSTRAINT "order_lines_paid_not_negative";--> statement-breakpoint
ALTER TABLE "commerce"."payments" DROP CONSTRAINT "payments_amounts_ordered";--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD COLUMN "credited_amount" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "commerce"."return_credit_parts" ADD CONSTRAINT "return_credit_parts_credit" FOREIGN KEY ("order_id") REFERENCES "commerce"."return_credits"("order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."return_credit_parts" ADD CONSTRAINT "return_credit_parts_payment" FOREIGN KEY ("payment_id") REFERENCES "commerce"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."return_credits" ADD CONSTRAINT "return_credits_order" FOREIGN KEY ("order_id") REFERENCES "commerce"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commerce"."return_credits" ADD CONSTRAINT "return_credits_return" FOREIGN KEY ("return_id","return_order_id") REFERENCES "commerce"."returns"("id","order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "return_credit_parts_payment_id" ON "commerce"."return_credit_parts" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "return_credits_return_id" ON "commerce"."return_credits" USING btree ("return_id","order_id");--> statement-breakpoint
CREATE INDEX "return_credits_due" ON "commerce"."return_credits" USING btree ("due_at") WHERE "commerce"."return_credits"."due_at" is not null;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_kind_known" CHECK ("commerce"."order_lines"."kind" in ('PRODUCT', 'SHIPPING', 'DISCOUNT', 'TAX', 'CREDIT')) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_amount_sign" CHECK (case when "commerce"."order_lines"."kind" in ('DISCOUNT', 'CREDIT') then "commerce"."order_lines"."unit_amount" <= 0 else "commerce"."order_lines"."unit_amount" >= 0 end) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."order_lines" ADD CONSTRAINT "order_lines_paid_not_negative" CHECK (case when "commerce"."order_lines"."kind" in ('DISCOUNT', 'TAX', 'CREDIT') then "commerce"."order_lines"."discount_amount" = 0 and "commerce"."order_lines"."tax_amount" = 0
        else "commerce"."order_lines"."amount" + "commerce"."order_lines"."discount_amount" + "commerce"."order_lines"."tax_amount" >= 0 end) NOT VALID;--> statement-breakpoint
ALTER TABLE "commerce"."payments" ADD CONSTRAINT "payments_amounts_ordered" CHECK (0 <= "commerce"."payments"."refunded_amount" and 0 <= "commerce"."payments"."refund_reserved_amount" and 0 <= "commerce"."payments"."credited_amount" and "commerce"."payments"."refunded_amount" + "commerce"."payments"."refund_reserved_amount" + "commerce"."payments"."credited_amount" <= "commerce"."payments"."captured_amount" and "commerce"."payments"."captured_amount" <= "commerce"."payments"."authorized_amount" and "commerce"."payments"."authorized_amount" <= "commerce"."payments"."amount") NOT VALID;