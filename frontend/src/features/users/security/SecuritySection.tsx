import { useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Section } from "../profile/Section";

type Props = { id: string; title: string; text: ReactNode; children: ReactNode };

/** A section of the security page. Scrolls into view if the address names it, since it comes after the page. */
export function SecuritySection({ id, ...rest }: Props) {
  const isNamed = useLocation({ select: ({ hash }) => hash === id });
  useEffect(() => {
    if (isNamed) document.getElementById(id)?.scrollIntoView();
  }, [id, isNamed]);
  return <Section id={id} {...rest} />;
}
