/*
 * The sample collections as text modules, since a Worker has no disk. A test compares this list with `fixtures/`.
 */
import guideBackpackingFirstTrip from "../fixtures/guides/backpacking-first-trip.md";
import guideBearSafety from "../fixtures/guides/bear-safety.md";
import guideBootCare from "../fixtures/guides/boot-care.md";
import guideChoosingASleepingBag from "../fixtures/guides/choosing-a-sleeping-bag.md";
import guideDownWashing from "../fixtures/guides/down-washing.md";
import guideLayeringGuide from "../fixtures/guides/layering-guide.md";
import guideMapAndCompass from "../fixtures/guides/map-and-compass.md";
import guidePitchingInWind from "../fixtures/guides/pitching-in-wind.md";
import guideStoveMaintenance from "../fixtures/guides/stove-maintenance.md";
import guideTentCarbonMonoxide from "../fixtures/guides/tent-carbon-monoxide.md";
import guideTentCondensation from "../fixtures/guides/tent-condensation.md";
import guideTickPrevention from "../fixtures/guides/tick-prevention.md";
import guideWaterTreatment from "../fixtures/guides/water-treatment.md";
import guideWinterCamping from "../fixtures/guides/winter-camping.md";
import policieDomesticShippingKorea from "../fixtures/policies/domestic-shipping-korea.md";
import policieGearRental from "../fixtures/policies/gear-rental.md";
import policieGiftCards from "../fixtures/policies/gift-cards.md";
import policieInternationalShipping from "../fixtures/policies/international-shipping.md";
import policieMembershipKorea from "../fixtures/policies/membership-korea.md";
import policiePaymentMethodsKorea from "../fixtures/policies/payment-methods-korea.md";
import policiePrivacyPolicy from "../fixtures/policies/privacy-policy.md";
import policieRepairService from "../fixtures/policies/repair-service.md";
import policieReturnsAndExchanges from "../fixtures/policies/returns-and-exchanges.md";
import policieWarranty from "../fixtures/policies/warranty.md";
import productAurora2Tent from "../fixtures/products/aurora-2-tent.md";
import productBasaltMultifuelStove from "../fixtures/products/basalt-multifuel-stove.md";
import productCairn55Backpack from "../fixtures/products/cairn-55-backpack.md";
import productDalbitLantern from "../fixtures/products/dalbit-lantern.md";
import productDriftSleepingBag from "../fixtures/products/drift-sleeping-bag.md";
import productEmberGasStove from "../fixtures/products/ember-gas-stove.md";
import productGranite4Tent from "../fixtures/products/granite-4-tent.md";
import productHangangCampingChair from "../fixtures/products/hangang-camping-chair.md";
import productLumen400Headlamp from "../fixtures/products/lumen-400-headlamp.md";
import productMoruTitaniumCookset from "../fixtures/products/moru-titanium-cookset.md";
import productOnnuriSleepingPad from "../fixtures/products/onnuri-sleeping-pad.md";
import productSeorakTrekkingPoles from "../fixtures/products/seorak-trekking-poles.md";
import productStormglassRainJacket from "../fixtures/products/stormglass-rain-jacket.md";
import productSwift22Daypack from "../fixtures/products/swift-22-daypack.md";
import productTalusMidHikingBoots from "../fixtures/products/talus-mid-hiking-boots.md";
import productThistleDownJacket from "../fixtures/products/thistle-down-jacket.md";
import type { Samples } from "./samples.ts";

export const samples: Samples = {
  guides: [
    { id: "backpacking-first-trip", text: guideBackpackingFirstTrip },
    { id: "bear-safety", text: guideBearSafety },
    { id: "boot-care", text: guideBootCare },
    { id: "choosing-a-sleeping-bag", text: guideChoosingASleepingBag },
    { id: "down-washing", text: guideDownWashing },
    { id: "layering-guide", text: guideLayeringGuide },
    { id: "map-and-compass", text: guideMapAndCompass },
    { id: "pitching-in-wind", text: guidePitchingInWind },
    { id: "stove-maintenance", text: guideStoveMaintenance },
    { id: "tent-carbon-monoxide", text: guideTentCarbonMonoxide },
    { id: "tent-condensation", text: guideTentCondensation },
    { id: "tick-prevention", text: guideTickPrevention },
    { id: "water-treatment", text: guideWaterTreatment },
    { id: "winter-camping", text: guideWinterCamping },
  ],
  policies: [
    { id: "domestic-shipping-korea", text: policieDomesticShippingKorea },
    { id: "gear-rental", text: policieGearRental },
    { id: "gift-cards", text: policieGiftCards },
    { id: "international-shipping", text: policieInternationalShipping },
    { id: "membership-korea", text: policieMembershipKorea },
    { id: "payment-methods-korea", text: policiePaymentMethodsKorea },
    { id: "privacy-policy", text: policiePrivacyPolicy },
    { id: "repair-service", text: policieRepairService },
    { id: "returns-and-exchanges", text: policieReturnsAndExchanges },
    { id: "warranty", text: policieWarranty },
  ],
  products: [
    { id: "aurora-2-tent", text: productAurora2Tent },
    { id: "basalt-multifuel-stove", text: productBasaltMultifuelStove },
    { id: "cairn-55-backpack", text: productCairn55Backpack },
    { id: "dalbit-lantern", text: productDalbitLantern },
    { id: "drift-sleeping-bag", text: productDriftSleepingBag },
    { id: "ember-gas-stove", text: productEmberGasStove },
    { id: "granite-4-tent", text: productGranite4Tent },
    { id: "hangang-camping-chair", text: productHangangCampingChair },
    { id: "lumen-400-headlamp", text: productLumen400Headlamp },
    { id: "moru-titanium-cookset", text: productMoruTitaniumCookset },
    { id: "onnuri-sleeping-pad", text: productOnnuriSleepingPad },
    { id: "seorak-trekking-poles", text: productSeorakTrekkingPoles },
    { id: "stormglass-rain-jacket", text: productStormglassRainJacket },
    { id: "swift-22-daypack", text: productSwift22Daypack },
    { id: "talus-mid-hiking-boots", text: productTalusMidHikingBoots },
    { id: "thistle-down-jacket", text: productThistleDownJacket },
  ],
};
