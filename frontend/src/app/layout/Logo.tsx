export function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-8">
      <rect width="32" height="32" rx="9" className="fill-accent" />
      <path
        d="M9 20.5c1.7 1.6 4 2.5 6.8 2.5 4 0 6.7-1.9 6.7-4.8 0-6.2-10.3-2.9-10.3-6.1 0-1.2 1.3-2 3.4-2 1.9 0 3.7.6 5.1 1.7"
        fill="none"
        strokeWidth="2.7"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
    </svg>
  );
}
