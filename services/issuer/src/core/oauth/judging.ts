import { isPerhapsBehind, type TokenJudgement } from '@mintmark/oauth';
import type { IssuerContext } from '../../context.ts';

/** A token that somebody asks this region to act on. What the region may lack only because it is behind the authority it looks for again once it has caught up (P6). */
export async function judgedToken(ctx: IssuerContext, token: string): Promise<TokenJudgement> {
  const { tokens, catchUp } = ctx.oauth;
  const judged = await tokens.judge(token, ctx.world.clock.now());
  if (catchUp === undefined || !isPerhapsBehind(judged)) return judged;
  await catchUp.once();
  return tokens.judge(token, ctx.world.clock.now());
}
