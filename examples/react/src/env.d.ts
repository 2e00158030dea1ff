/** The settings that Vite puts into the page, from the environment of its build. */
interface ImportMeta {
  readonly env: {
    /** Where the shop's API is. */
    readonly VITE_SHOP_URL: string;
    /** For Stripe, when the shop doesn't name the key with the payment. */
    readonly VITE_STRIPE_PUBLISHABLE_KEY: string;
  };
}
