/**
 * Metadata of a call that another region's issuer hands on: that region's name. Such a call may touch global records only; the authority's own local
 * ones are none of its business (P5).
 */
export const FORWARDED_FROM = 'mintmark-forwarded-from';
